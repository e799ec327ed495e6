import { mavenJars, npmPackage, pythonPackage } from './peer-install.ts';
import { javaFrom } from './peer-java.ts';
import type { Service } from './service-calls.ts';
import type { AccessKey } from './signed.ts';

/** Another server that speaks a protocol of ours. None is a dependency: the bench fetches it when it is asked to. */
export interface Peer {
  readonly name: string;
  /** Pinned: a figure is of this one. */
  readonly version: string;
  readonly services: readonly Service[];
  /** Whether a call should cost us less; else it is shown for orientation. */
  readonly asked: boolean;
  readonly key: AccessKey;
  /** Load before each of its figures, at least. */
  readonly warmSeconds: number;
  /** Installs what is missing, and returns the command that serves on that port of 127.0.0.1, with an empty folder for its data. */
  readonly command: (at: Place) => readonly string[];
}

/** Where one is started, and what of it. */
export interface Place {
  readonly version: string;
  readonly port: number;
  readonly data: string;
}

const WARM_SECONDS = 8;
/** A JVM goes on compiling for longer than that. */
const JVM_WARM_SECONDS = 20;
const anyKey = { id: 'AKIABENCHBENCHBENCH0', secret: 'secret' };

/** The lightest found of each service: none checks signatures, none syncs, all keep what they get in memory only. */
export const PEERS: readonly Peer[] = [
  {
    name: 'ElasticMQ',
    version: '1.7.1',
    services: ['sqs'],
    asked: true,
    key: anyKey,
    warmSeconds: JVM_WARM_SECONDS,
    command({ version, port }) {
      const jars = mavenJars('org.elasticmq', 'elasticmq-server_2.13', version);
      const at = ['-Drest-sqs.bind-hostname=127.0.0.1', `-Drest-sqs.bind-port=${port}`, '-Drest-stats.enabled=false'];
      return [javaFrom(17), ...at, '-cp', `${jars}/*`, 'org.elasticmq.server.Main'];
    },
  },
  {
    name: 'DynamoDB Local',
    version: '2.6.1',
    services: ['dynamodb'],
    asked: true,
    key: anyKey,
    warmSeconds: JVM_WARM_SECONDS,
    /** It has no setting for its address: it listens on all. */
    command({ version, port }) {
      const jars = mavenJars('com.amazonaws', 'DynamoDBLocal', version);
      const main = 'com.amazonaws.services.dynamodbv2.local.main.ServerRunner';
      const flags = ['-port', String(port), '-disableTelemetry', '-inMemory'];
      return [javaFrom(21), `-Djava.library.path=${jars}`, '-cp', `${jars}/*`, main, ...flags];
    },
  },
  {
    name: 'dynalite',
    version: '4.0.0',
    services: ['dynamodb'],
    asked: false,
    key: anyKey,
    warmSeconds: WARM_SECONDS,
    command({ version, port }) {
      const served = `require(process.argv[1])({ createTableMs: 10 }).listen(${port}, '127.0.0.1')`;
      return [process.execPath, '-e', served, npmPackage('dynalite', version)];
    },
  },
  {
    name: 'kinesalite',
    version: '3.3.3',
    services: ['kinesis'],
    asked: true,
    key: anyKey,
    warmSeconds: WARM_SECONDS,
    command({ version, port }) {
      const served = `require(process.argv[1])({ createStreamMs: 10, shardLimit: 100 }).listen(${port}, '127.0.0.1')`;
      return [process.execPath, '-e', served, npmPackage('kinesalite', version)];
    },
  },
  {
    name: 'MiniStack',
    version: '1.5.33',
    services: ['s3'],
    asked: true,
    key: anyKey,
    warmSeconds: WARM_SECONDS,
    command({ version, port }) {
      const env = ['BIND_HOST=127.0.0.1', `GATEWAY_PORT=${port}`, 'LOG_LEVEL=WARNING'];
      return ['/usr/bin/env', ...env, `PYTHONPATH=${pythonPackage('ministack', version)}`, 'python3', '-m', 'ministack'];
    },
  },
  {
    name: 'fauxqs',
    version: '2.4.1',
    services: ['sqs', 's3'],
    asked: false,
    key: anyKey,
    warmSeconds: WARM_SECONDS,
    command({ version, port }) {
      const file = `${npmPackage('fauxqs', version)}/dist/app.js`;
      const served = `import(process.argv[1]).then((it) => it.buildApp({ logger: false }).listen({ port: ${port}, host: '127.0.0.1' }))`;
      return [process.execPath, '-e', served, file];
    },
  },
];
