import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

// Copies the log into the database, off the main thread: SQLite syncs the log first and the database after.
const db = new DatabaseSync(workerData.file, { timeout: 1000 });
db.exec('pragma wal_autocheckpoint=0; pragma synchronous=normal');
const checkpoint = db.prepare('pragma wal_checkpoint(passive)');

parentPort!.on('message', (message: 'checkpoint' | 'close') => {
  if (message === 'close') {
    db.close();
    parentPort!.close();
    return;
  }
  try {
    parentPort!.postMessage({ ...checkpoint.get() });
  } catch (error) {
    parentPort!.postMessage({ error: (error as Error).message, code: (error as { errcode?: number }).errcode });
  }
});
