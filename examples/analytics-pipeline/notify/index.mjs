// A file of data points was uploaded: tell everyone who wants to know.
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';

const sns = new SNSClient();

export const handler = async ({ Records }) => {
  for (const { Sns } of Records)
    for (const { eventTime, s3 } of JSON.parse(Sns.Message).Records ?? []) {
      const file = decodeURIComponent(s3.object.key.replaceAll('+', ' '));
      const Message = JSON.stringify({ file, bytes: s3.object.size, uploaded: eventTime });
      await sns.send(new PublishCommand({ TopicArn: process.env.PUSHES, Subject: 'New data points', Message }));
    }
};
