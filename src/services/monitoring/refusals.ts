import { type Failure, fail } from '../../kernel/index.ts';

export const invalidValue = (text: string): Failure => fail('InvalidParameterValueException', text);
export const invalidCombination = (text: string): Failure => fail('InvalidParameterCombinationException', text);
export const invalid = (text: string): Failure => fail('ValidationException', text);
export const missing = (text: string): Failure => fail('MissingRequiredParameterException', text);

/** A setting that would not be enforced here. */
export const notImplemented = (setting: string): Failure =>
  fail('InvalidParameterValueException', `${setting} is not implemented by dalamb.`);
