// Averages of sensors have changed: raise an alert for those that have just passed the limit.
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';

const sns = new SNSClient();
const { ALERTS } = process.env;
const limit = Number(process.env.LIMIT);

export const handler = async ({ Records }) => {
  for (const { dynamodb } of Records) {
    const { NewImage: now, OldImage: before, SequenceNumber } = dynamodb;
    if (!(average(now) > limit) || average(before) > limit) continue;
    try {
      await alert(now.sensor.S, now.at.S, average(now));
    } catch (error) {
      console.error(error);
      // The batch comes again from this change on: alerts that went out do not go out again.
      return { batchItemFailures: [{ itemIdentifier: SequenceNumber }] };
    }
  }
};

const average = (minute) => (minute ? Number(minute.amount.N) / Number(minute.points.N) : undefined);

async function alert(sensor, at, value) {
  const Message = `${sensor} is at ${value.toFixed(2)} on average in the minute of ${at}. The limit is ${limit}.`;
  await sns.send(new PublishCommand({ TopicArn: ALERTS, Subject: `${sensor} is above its limit`, Message }));
  console.log(Message);
}
