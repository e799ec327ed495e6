import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFailure } from '../../../kernel/index.ts';
import { tokenize } from './lexer.ts';
import { parseCondition, parseKeyCondition, parseProjection, parseUpdate } from './parser.ts';
import { isReserved, reservedWords } from './reserved-words.ts';
import type { ActionNode, ConditionNode, OperandNode, PathNode, Step, SumNode } from './syntax.ts';

const names = fc.constantFrom('aa', 'b1', 'c_d', 'Zz').map((name): Step => ({ name }));
const placeholders = fc.constantFrom('#a', '#1', '#name').map((placeholder): Step => ({ placeholder }));
const indexes = fc.nat(50).map((index): Step => ({ index: String(index) }));
const pathOf = (steps: Step[]): PathNode => {
  if (steps.some((step) => 'placeholder' in step)) return { kind: 'path', steps };
  return {
    kind: 'path',
    steps,
    fixed: steps.map((step) => ('index' in step ? Number(step.index) : (step as { name: string }).name)),
  };
};
const paths = fc
  .tuple(fc.oneof(names, placeholders), fc.array(fc.oneof(names, placeholders, indexes), { maxLength: 3 }))
  .map(([first, others]) => pathOf([first, ...others]));
const values = fc.constantFrom(':v', ':1', ':value').map((name): OperandNode => ({ kind: 'value', name }));
const sizes = fc.oneof(paths, values).map((operand): OperandNode => ({ kind: 'call', name: 'size', operands: [operand] }));
const operands: fc.Arbitrary<OperandNode> = fc.oneof(paths, values, sizes);

const comparisons: fc.Arbitrary<ConditionNode> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('=' as const, '<>' as const, '<' as const, '<=' as const, '>' as const, '>=' as const),
      operands,
      operands,
    )
    .map(([operator, ...both]): ConditionNode => ({ kind: 'comparison', operator, operands: both })),
  fc
    .tuple(operands, operands, operands)
    .map((all): ConditionNode => ({ kind: 'comparison', operator: 'BETWEEN', operands: all })),
  fc
    .tuple(operands, fc.array(operands, { minLength: 1, maxLength: 3 }))
    .map(([first, list]): ConditionNode => ({ kind: 'comparison', operator: 'IN', operands: [first, ...list] })),
  paths.map((path): ConditionNode => ({ kind: 'call', name: 'attribute_exists', operands: [path] })),
  fc.tuple(paths, operands).map((both): ConditionNode => ({ kind: 'call', name: 'contains', operands: both })),
);
const { condition } = fc.letrec<{ condition: ConditionNode }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small' },
    comparisons,
    fc.tuple(tie('condition'), tie('condition')).map(([left, right]): ConditionNode => ({ kind: 'and', left, right })),
    fc.tuple(tie('condition'), tie('condition')).map(([left, right]): ConditionNode => ({ kind: 'or', left, right })),
    tie('condition').map((of): ConditionNode => ({ kind: 'not', of })),
  ),
}));

function print(node: ConditionNode | OperandNode | SumNode): string {
  switch (node.kind) {
    case 'path':
      return node.steps
        .map((step, at) =>
          'index' in step ? `[${step.index}]` : `${at > 0 ? '.' : ''}${'name' in step ? step.name : step.placeholder}`,
        )
        .join('');
    case 'value':
      return node.name;
    case 'call':
      return `${node.name}(${node.operands.map(print).join(', ')})`;
    case 'sum':
      return `${print(node.left)} ${node.operator} ${print(node.right)}`;
    case 'not':
      return `not ${grouped(node.of, ['and', 'or'])}`;
    case 'and':
      return `${grouped(node.left, ['or'])} And ${grouped(node.right, ['and', 'or'])}`;
    case 'or':
      return `${print(node.left)} OR ${grouped(node.right, ['or'])}`;
    default:
      return printComparison(node.operator, node.operands.map(print));
  }
}

const grouped = (node: ConditionNode, kinds: string[]) => (kinds.includes(node.kind) ? `( ${print(node)} )` : print(node));

function printComparison(operator: string, [first, ...others]: string[]): string {
  if (operator === 'BETWEEN') return `${first} between ${others.join(' AND ')}`;
  return operator === 'IN' ? `${first} IN(${others.join(',')})` : `${first}${operator}${others[0]}`;
}

test('conditions are read as they were written', () => {
  fc.assert(
    fc.property(condition, (tree) => assert.deepEqual(parseCondition(print(tree)).tree, tree)),
    { numRuns: 300 },
  );
});

const updateValues: fc.Arbitrary<OperandNode | SumNode> = fc.oneof(
  paths,
  values,
  fc.tuple(paths, values).map((both): OperandNode => ({ kind: 'call', name: 'if_not_exists', operands: both })),
  fc.tuple(values, paths).map(([left, right]): SumNode => ({ kind: 'sum', operator: '+', left, right })),
);
const some = <T>(of: fc.Arbitrary<T>) => fc.array(of, { maxLength: 3 });

test('updates are read as they were written', () => {
  const sets = fc.tuple(paths, updateValues).map(([path, value]): ActionNode => ({ section: 'SET', path, value }));
  const removes = paths.map((path): ActionNode => ({ section: 'REMOVE', path }));
  const adds = fc.tuple(paths, values).map(([path, value]): ActionNode => ({ section: 'ADD', path, value }));
  const deletes = fc.tuple(paths, values).map(([path, value]): ActionNode => ({ section: 'DELETE', path, value }));
  fc.assert(
    fc.property(fc.tuple(some(sets), some(removes), some(adds), some(deletes)), (given) => {
      const lists = given.filter((list) => list.length > 0);
      fc.pre(lists.length > 0);
      const text = lists.map((list) => `${list[0]!.section.toLowerCase()} ${list.map(printAction).join(' , ')}`).join('\n');
      const { tree } = parseUpdate(text);
      assert.deepEqual(tree.actions, lists.flat());
      assert.deepEqual(
        tree.sections,
        lists.map((list) => list[0]!.section),
      );
    }),
  );
});

function printAction({ section, path, value }: ActionNode): string {
  return `${print(path)}${section === 'SET' ? ' = ' : ' '}${value ? print(value) : ''}`;
}

test('projections are read as they were written, with the placeholders that occur', () => {
  fc.assert(
    fc.property(fc.array(paths, { minLength: 1, maxLength: 5 }), (list) => {
      const parsed = parseProjection(list.map(print).join(','));
      assert.deepEqual(parsed.tree, list);
      assert.deepEqual(
        parsed.names,
        new Set(list.flatMap(({ steps }) => steps.flatMap((step) => ('placeholder' in step ? [step.placeholder] : [])))),
      );
    }),
  );
  assert.deepEqual(parseKeyCondition('a = :v and #b between :v and :w').values, new Set([':v', ':w']));
});

const words = [
  'a',
  'status',
  '#n',
  ':v',
  '7',
  '(',
  ')',
  '((',
  ',',
  '.',
  '[',
  ']',
  '=',
  '<>',
  '<=',
  '+',
  '-',
  '#',
  ':',
  '"',
  'AND',
  'or',
  'NOT',
];
const soup = fc
  .array(fc.constantFrom(...words, 'BETWEEN', 'in', 'SET', 'remove', 'ADD', 'delete', 'size', 'contains', 'if_not_exists(', ' '))
  .map((tokens) => tokens.join(' '));

test('whatever the text, a parser answers or refuses', () => {
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ maxLength: 40 }), soup);
  fc.assert(
    fc.property(text, (given) => {
      for (const parse of [parseCondition, parseKeyCondition, parseUpdate, parseProjection]) {
        try {
          parse(given);
        } catch (error) {
          assert.ok(isFailure(error, 'ValidationException'), String(error));
        }
      }
      const tokens = tokenize(given);
      assert.equal(tokens.map((token) => token.text).join(''), `${given.replace(/[ \t\r\n]/g, '')}<EOF>`);
    }),
    { numRuns: 1000 },
  );
});

test('nesting as deep as a text can be is no way to overflow the stack', () => {
  const hostile = ['('.repeat(4096), 'size('.repeat(819), 'NOT('.repeat(1000), `${'('.repeat(2000)}a${')'.repeat(2000)} = b`];
  for (const text of [...hostile, `SET a = ${'('.repeat(4000)}`, `SET a = ${'if_not_exists(a,'.repeat(250)}`]) {
    for (const parse of [parseCondition, parseUpdate]) {
      assert.throws(
        () => parse(text),
        (error) => isFailure(error, 'ValidationException'),
      );
    }
  }
});

test('there are 573 reserved words, in any case', () => {
  assert.equal(reservedWords.length, 573);
  for (const word of reservedWords) assert.ok(isReserved(word) && isReserved(word.toLowerCase()));
  for (const word of ['pk', 'sk', 'id', 'email', 'price', 'statuses']) assert.ok(!isReserved(word));
});
