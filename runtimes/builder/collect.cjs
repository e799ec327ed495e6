'use strict';
const fs = require('node:fs');
const path = require('node:path');

const CHUNK = 256 * 1024;

/**
 * Sends all files and links at and below a place, in order of their names, under another name; without those whose path there matches drop, and of files only those
 * that match keep.
 */
async function sendTree(to, { from, name, drop = [], keep = '' }) {
  const kept = new RegExp(keep);
  const dropped = drop.map((pattern) => new RegExp(pattern));
  const send = async (at, below) => {
    const status = fs.lstatSync(at, { throwIfNoEntry: false });
    if (!status) return;
    if (below !== '' && dropped.some((pattern) => pattern.test(below))) return;
    if (status.isDirectory()) {
      for (const one of fs.readdirSync(at).sort()) await send(path.join(at, one), below === '' ? one : `${below}/${one}`);
      return;
    }
    if (!kept.test(below)) return;
    const file = [name, below].filter((part) => part !== '').join('/');
    if (status.isSymbolicLink()) return sendLink(to, file, fs.readlinkSync(at));
    if (status.isFile()) await sendFile(to, at, { file, kind: 'file', executable: (status.mode & 0o111) !== 0 });
  };
  await send(from, '');
}

async function sendLink(to, file, target) {
  const content = Buffer.from(target);
  await to.message({ file, kind: 'link', executable: false, size: content.length });
  await to.bytes(content);
}

async function sendFile(to, at, head) {
  const fd = fs.openSync(at, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
  try {
    const { size } = fs.fstatSync(fd);
    await to.message({ ...head, size });
    for (let left = size; left > 0; ) {
      const buffer = Buffer.allocUnsafe(Math.min(CHUNK, left));
      const read = fs.readSync(fd, buffer);
      if (read === 0) throw new Error(`${head.file} became shorter`);
      await to.bytes(buffer.subarray(0, read));
      left -= read;
    }
  } finally {
    fs.closeSync(fd);
  }
}

module.exports = { sendTree };
