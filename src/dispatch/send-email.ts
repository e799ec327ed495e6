import type { Transporter } from 'nodemailer';
import type { TopicNotification } from '../model/index.ts';
import type { Sent } from './subscription.ts';

export interface SendEmailSettings {
  /** `smtp://user:password@host:port` or `smtps://…`; undefined: nothing can be sent. */
  readonly smtp?: string | undefined;
  /** The sender's address. */
  readonly from: string;
  /** For each step of the conversation, in ms. */
  readonly timeoutMs?: number;
}

type Mail = Extract<TopicNotification, { kind: 'email' }>;

const TIMEOUT_MS = 15_000;
const MOST_CONNECTIONS = 4;
const INTERRUPTED: Sent = { ok: false, retry: true, reason: 'sending was interrupted' };

/**
 * Sends mail as plain text through one SMTP server, a few connections at a time. What the server refuses for good (5xx) is not tried
 * again. Never rejects.
 */
export function createSendEmail({ smtp, from, timeoutMs = TIMEOUT_MS }: SendEmailSettings) {
  let transport: Promise<Transporter> | undefined;
  return async (mail: Mail, signal: AbortSignal): Promise<Sent> => {
    if (smtp === undefined) return { ok: false, retry: false, reason: 'no SMTP server is configured' };
    if (signal.aborted) return INTERRUPTED;
    transport ??= connect(smtp, timeoutMs);
    const message = {
      from: mail.fromName === '' ? from : { name: mail.fromName, address: from },
      to: { name: '', address: mail.to },
      subject: mail.subject,
      text: mail.text,
      // What is sent twice after a crash is one message to mail readers; robots do not answer robots (RFC 3834).
      messageId: `<${mail.id}@${from.slice(from.lastIndexOf('@') + 1).replace(/[^\w.-]/g, '')}>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
      disableUrlAccess: true,
      disableFileAccess: true,
    };
    const sending = transport.then((smtpServer) => smtpServer.sendMail(message));
    return unlessAborted(
      sending.then(() => ({ ok: true }), failed),
      signal,
    );
  };
}

/** Loaded at the first mail: most installations send none. */
async function connect(smtp: string, timeoutMs: number): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  const { protocol, hostname, port, username, password } = new URL(smtp);
  const secure = protocol === 'smtps:';
  return createTransport({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    ...(username === '' ? {} : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    pool: true,
    maxConnections: MOST_CONNECTIONS,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
  }) as Transporter;
}

function failed(error: Error & { responseCode?: number; code?: string }): Sent {
  const permanent = (error.responseCode ?? 0) >= 500 || (error.code === 'EENVELOPE' && error.responseCode === undefined);
  return { ok: false, retry: !permanent, reason: error.message.slice(0, 500) };
}

/** A stop does not wait for the server; what it has taken by then may be sent once more. */
function unlessAborted(sending: Promise<Sent>, signal: AbortSignal): Promise<Sent> {
  const { promise, resolve } = Promise.withResolvers<Sent>();
  const end = () => resolve(INTERRUPTED);
  signal.addEventListener('abort', end, { once: true });
  sending.then((sent) => {
    signal.removeEventListener('abort', end);
    resolve(sent);
  });
  return promise;
}
