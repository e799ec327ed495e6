import type { TopicMessage } from './topic-messages.ts';

export interface MailText {
  readonly subject: string;
  readonly text: string;
}

/** A notification as people read it, with the link that ends the subscription. */
export function notificationMail({ subject }: TopicMessage, text: string, unsubscribeUrl: string): MailText {
  return {
    subject: subject ?? 'AWS Notification Message',
    text: `${text}

--
If you wish to stop receiving notifications from this topic, please click or visit the link below to unsubscribe:
${unsubscribeUrl}

Please do not reply directly to this email.
`,
  };
}

/** The question whether somebody wants a subscription (back). */
export function confirmationMail({ type, topicArn }: TopicMessage, subscribeUrl: string): MailText {
  if (type === 'UnsubscribeConfirmation') {
    return {
      subject: 'AWS Notification - Unsubscribe Confirmation',
      text: `Your subscription to the topic below has been deactivated:
${topicArn}

If this was not your intention, click or visit the link below to restore the subscription:
${subscribeUrl}

Please do not reply directly to this email.
`,
    };
  }
  return {
    subject: 'AWS Notification - Subscription Confirmation',
    text: `You have chosen to subscribe to the topic:
${topicArn}

To confirm this subscription, click or visit the link below (If this was in error no action is necessary):
${subscribeUrl}

Please do not reply directly to this email.
`,
  };
}
