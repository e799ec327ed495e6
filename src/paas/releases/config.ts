import { fail, platformFailure, type SecretBox } from '../../kernel/index.ts';
import { checkVariables, type SealedConfig } from '../../model/index.ts';

const PURPOSE = 'paas.config';
const NAME = /^[a-zA-Z][a-zA-Z0-9_]*$/;

/** Variables of a stage, in the clear. */
export type Config = Readonly<Record<string, string>>;

/** Throws InvalidRequest for names that a function cannot have; InvalidParameterValueException for reserved ones and for more than 4 KB. */
export function sealConfig(secrets: SecretBox, config: Config): SealedConfig {
  const wrong = Object.keys(config).find((name) => !NAME.test(name));
  if (wrong !== undefined)
    throw fail('InvalidRequest', `${wrong} is no name of a variable: a letter, then letters, digits and _`);
  checkVariables(config);
  const digests = Object.entries(config).map(([name, value]) => [name, secrets.digest(`${name}\0${value}`, PURPOSE)]);
  return { sealed: secrets.seal(JSON.stringify(config), PURPOSE), digests: Object.fromEntries(digests) };
}

/** Throws SecretUnreadable. */
export function openConfig(secrets: SecretBox, { sealed }: SealedConfig): Config {
  const plain = secrets.open(sealed, PURPOSE);
  if (plain === undefined) throw platformFailure('SecretUnreadable', 'the configuration of a release');
  return JSON.parse(plain) as Config;
}
