'use strict';
/** Stands in for a builder that what it runs has taken over: says what SAY holds, base64, and then waits or goes. */
const net = require('node:net');

const socket = net.connect(process.argv[2]);
socket.resume();
socket.on('error', () => {});
socket.write(Buffer.from(process.env.SAY, 'base64'));
if (process.env.LEAVE) socket.end();
