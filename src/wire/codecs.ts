import { XmlCodec } from '@aws-sdk/core/protocols';
import { CborCodec } from '@smithy/core/cbor';
import { JsonCodec2 } from '@smithy/core/protocols';
import type { NormalizedSchema } from '@smithy/core/schema';
import { utf8 } from '../kernel/index.ts';
import { plainJson } from './plain-json.ts';

const context = {
  utf8Encoder: (bytes: Uint8Array) => utf8(bytes),
  utf8Decoder: (text: string) => Buffer.from(text, 'utf8'),
  base64Encoder: (bytes: Uint8Array | string) => Buffer.from(bytes as string).toString('base64'),
  base64Decoder: (text: string) => Buffer.from(text, 'base64'),
};

/** Values to bytes and back, by schema. The one place that touches the SDK's codecs; they are pinned. */
export interface Codec {
  read(schema: NormalizedSchema, bytes: Uint8Array): Promise<unknown>;
  write(schema: NormalizedSchema, value: unknown): Uint8Array | string;
}

interface SdkCodec {
  setSerdeContext(context: never): void;
  createSerializer(): { write(schema: never, value: unknown): void; flush(): unknown };
  createDeserializer(): { read(schema: never, bytes: never): unknown };
}

function wrap(codec: SdkCodec): Codec {
  codec.setSerdeContext(context as never);
  return {
    read: async (schema, bytes) => codec.createDeserializer().read(schema as never, bytes as never),
    write(schema, value) {
      const serializer = codec.createSerializer();
      serializer.write(schema as never, value);
      return serializer.flush() as Uint8Array | string;
    },
  };
}

const EPOCH = { useTrait: true, default: 7 };
const DATE_TIME = { useTrait: true, default: 5 };

export const restJsonCodec = wrap(new JsonCodec2({ jsonName: true, timestampFormat: EPOCH } as never) as never);
const wholeJsonCodec = wrap(new JsonCodec2({ jsonName: false, timestampFormat: EPOCH } as never) as never);
export const awsJsonCodec: Codec = {
  read: wholeJsonCodec.read,
  write: (schema, value) => plainJson(schema, value) ?? wholeJsonCodec.write(schema, value),
};
export const cborCodec = wrap(new CborCodec() as never);

/** XML of a service; an element gets xmlNamespace only where one is given. */
export function xmlCodec(namespace: string, xmlNamespace: string | undefined, bindings: boolean): Codec {
  return wrap(
    new XmlCodec({
      httpBindings: bindings,
      timestampFormat: DATE_TIME,
      xmlNamespace,
      serviceNamespace: namespace,
    } as never) as never,
  );
}
