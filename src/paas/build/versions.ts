/** What comes after is not looked at. */
const LONGEST = 200;

/** Whether a version, as far as it is known, is one that a range of npm or Python allows: `>=20 <25`, `^22`, `24.x`, `~=3.11`, `>=3.9,<4`. */
export function allows(range: string, version: readonly number[]): boolean {
  return range
    .slice(0, LONGEST)
    .split('||')
    .some((part) => {
      const tidy = part.trim().replace(/([<>=~^!]+)\s+/g, '$1');
      return tidy.split(/[\s,]+/).every((one) => one === '' || compares(one, version));
    });
}

function compares(text: string, version: readonly number[]): boolean {
  const [, operator = '', wanted = ''] = /^([<>=~^!]*)v?(.*)$/.exec(text) ?? [];
  if (!/^\d+(\.(\d+|[xX*]))*$/.test(wanted)) return true; // `latest`, `lts/*`, `*`: no range
  const parts = wanted.split('.').filter((part) => /^\d+$/.test(part));
  const numbers = parts.map(Number);
  const order = compare(version, numbers);
  switch (operator) {
    case '>=':
      return order >= 0;
    case '>':
      return order > 0;
    case '<=':
      return order <= 0;
    case '<':
      return order < 0;
    case '^':
    case '~=':
      return order >= 0 && version[0] === numbers[0];
    case '~':
      return order >= 0 && compare(version, numbers.slice(0, 2)) === 0;
    case '!=':
      return order !== 0;
    default:
      return order === 0;
  }
}

/** As far as both go. */
function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return 0;
}
