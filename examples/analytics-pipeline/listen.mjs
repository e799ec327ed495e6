// For trying it without a mail server: takes mail at port 2525 and pushes at port 8025, and shows them.
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

const mailbox = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onData(stream, session, done) {
    text(stream).then((mail) => {
      console.log(`--- mail to ${session.envelope.rcptTo.map(({ address }) => address).join(', ')}\n${readable(mail)}`);
      done();
    }, done);
  },
});
mailbox.listen(2525, '127.0.0.1');

const subscriber = http.createServer(async (request, response) => {
  const message = JSON.parse(await text(request));
  response.end();
  // A subscription begins when the subscriber says yes, by asking for this link.
  if (message.Type === 'SubscriptionConfirmation') await fetch(message.SubscribeURL);
  console.log(`--- ${message.Type}\n${message.Message}`);
});
subscriber.listen(8025, '127.0.0.1');
console.log('mail: smtp://127.0.0.1:2525, pushes: http://127.0.0.1:8025/');

/** Mail is quoted-printable on its way: `=` and a line's end for nothing, `=3D` for a byte. */
function readable(mail) {
  const bytes = mail
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, byte) => String.fromCharCode(Number.parseInt(byte, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
