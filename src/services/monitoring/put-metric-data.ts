import type { MetricDatum, PutMetricDataInput } from '@aws-sdk/client-cloudwatch';
import {
  joinValues,
  type MetricValues,
  type Operation,
  type OperationContext,
  type RecordedMetric,
  valuesOf,
} from '../../model/index.ts';
import type { MonitoringDeps } from './deps.ts';
import { dimensionsText } from './known-metrics.ts';
import { recordValues } from './record-values.ts';
import { invalidCombination, invalidValue, missing, notImplemented } from './refusals.ts';

const DAY = 86_400_000;
const MOST_METRICS = 1000;
const MOST_VALUES = 150;
const LARGEST = 2 ** 360;

/** PutMetricData (spec/backends.md §10): durable when it is answered, all or nothing. */
export function putMetricData(deps: MonitoringDeps): Operation<PutMetricDataInput> {
  return async (input, context) => {
    const namespace = input.Namespace!;
    if (/^AWS\//.test(namespace)) throw invalidValue(`The value ${namespace} for parameter Namespace is invalid.`);
    if (input.EntityMetricData?.length) throw notImplemented('EntityMetricData');
    const data = input.MetricData ?? [];
    if (data.length === 0) throw missing('The parameter MetricData is required.');
    if (data.length > MOST_METRICS) {
      throw invalidValue(`The collection MetricData must not have a size greater than ${MOST_METRICS}.`);
    }
    const recorded = data.map((datum, i) => recordedOf(namespace, datum, `MetricData.member.${i + 1}`, context));
    await recordValues(deps, recorded, context.now);
    return {};
  };
}

function recordedOf(namespace: string, datum: MetricDatum, path: string, context: OperationContext): RecordedMetric {
  const { account, region, now } = context;
  const { MetricName, Dimensions, Unit, StorageResolution = 60 } = datum;
  const time = datum.Timestamp?.getTime() ?? now;
  if (!(time >= now - 14 * DAY)) {
    throw invalidValue(`The parameter ${path}.Timestamp must specify a time no more than two weeks in the past.`);
  }
  if (time > now + 2 * 3_600_000) {
    throw invalidValue(`The parameter ${path}.Timestamp must specify a time no more than two hours in the future.`);
  }
  if (StorageResolution !== 1 && StorageResolution !== 60) {
    throw invalidValue(`The parameter ${path}.StorageResolution must be 1 or 60.`);
  }
  checkDimensions(Dimensions, path);
  return {
    account,
    region,
    namespace,
    name: MetricName!,
    dimensions: dimensionsText(Dimensions),
    unit: Unit ?? 'None',
    time,
    fine: StorageResolution === 1,
    values: valuesIn(datum, path),
  };
}

function checkDimensions(dimensions: MetricDatum['Dimensions'], path: string): void {
  const names = (dimensions ?? []).map(({ Name }) => Name);
  if (new Set(names).size < names.length) {
    throw invalidValue(`The parameter ${path}.Dimensions must not have two dimensions of the same name.`);
  }
}

function valuesIn(datum: MetricDatum, path: string): MetricValues {
  const { Value, Values, Counts, StatisticValues } = datum;
  const given = { Value, Values, StatisticValues };
  const names = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (names.length > 1) {
    throw invalidCombination(
      `The parameters ${path}.${names[0]} and ${path}.${names[1]} are mutually exclusive and you have specified both.`,
    );
  }
  if (StatisticValues) return valuesOfSet(StatisticValues, path);
  if (Values) return valuesOfMany(Values, Counts, path);
  if (Value === undefined)
    throw missing(`At least one of the parameters must be specified: ${path}.Value, ${path}.Values, ${path}.StatisticValues.`);
  return valuesOf(inRange(Value, `${path}.Value`));
}

function valuesOfMany(values: readonly number[], counts: readonly number[] | undefined, path: string): MetricValues {
  if (counts && counts.length !== values.length) {
    throw invalidValue(`The parameters ${path}.Values and ${path}.Counts must be of the same size.`);
  }
  if (values.length === 0 || values.length > MOST_VALUES) {
    throw invalidValue(`The collection ${path}.Values must have a size from 1 to ${MOST_VALUES}.`);
  }
  const parts = values.map((value, i) => {
    const count = counts?.[i] ?? 1;
    inRange(value, `${path}.Values.member.${i + 1}`);
    if (!(count >= 0 && Math.max(count, count * Math.abs(value)) <= LARGEST)) {
      throw invalidValue(`The value ${count} for parameter ${path}.Counts.member.${i + 1} is invalid.`);
    }
    return valuesOf(value, count);
  });
  const joined = parts.reduce(joinValues);
  if (joined.count === 0) throw invalidValue(`The parameter ${path}.Counts must have a count greater than 0.`);
  return joined;
}

/** A set tells nothing of how its values are spread, unless they are all the same. */
function valuesOfSet(set: NonNullable<MetricDatum['StatisticValues']>, path: string): MetricValues {
  const member = (name: keyof typeof set) => inRange(set[name]!, `${path}.StatisticValues.${name}`);
  const [count, sum, min, max] = [member('SampleCount'), member('Sum'), member('Minimum'), member('Maximum')];
  if (count <= 0) throw invalidValue(`The parameter ${path}.StatisticValues.SampleCount must be greater than 0.`);
  if (min > max) {
    throw invalidValue(`The parameter ${path}.StatisticValues.Maximum must be greater than ${path}.StatisticValues.Minimum.`);
  }
  return min === max ? { count, sum, min, max } : { count, sum, min, max, bins: null };
}

function inRange(value: number, path: string): number {
  if (Number.isNaN(value)) throw invalidValue(`The value NaN for parameter ${path} is invalid.`);
  if (Math.abs(value) > LARGEST) throw invalidValue(`The value ${value} for parameter ${path} is invalid.`);
  return value;
}
