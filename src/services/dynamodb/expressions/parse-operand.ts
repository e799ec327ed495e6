import { accept, close, expect, isNext, open, peek, type Reader, stop } from './lexer.ts';
import type { CallNode, OperandNode, PathNode, Step, SumNode } from './syntax.ts';

/** path := name { . name | [n] } */
export function parsePath(reader: Reader): PathNode {
  const steps: Step[] = [parseName(reader)];
  for (;;) {
    if (accept(reader, '.')) steps.push(parseName(reader));
    else if (accept(reader, '[')) {
      steps.push({ index: expect(reader, 'index').text });
      expect(reader, ']');
    } else return withFixedPath(steps);
  }
}

function parseName(reader: Reader): Step {
  const word = accept(reader, 'word');
  return word ? { name: word.text } : { placeholder: expect(reader, 'name').text };
}

function withFixedPath(steps: readonly Step[]): PathNode {
  if (steps.some((step) => 'placeholder' in step)) return { kind: 'path', steps };
  return {
    kind: 'path',
    steps,
    fixed: steps.map((step) => ('index' in step ? Number(step.index) : (step as { name: string }).name)),
  };
}

/** operand := path | :value | function | ( operand ) */
export function parseOperand(reader: Reader): OperandNode {
  if (isNext(reader, '(')) {
    open(reader);
    return close(reader, parseOperand(reader));
  }
  const value = accept(reader, 'value');
  if (value) return { kind: 'value', name: value.text };
  if (isNext(reader, 'word') && peek(reader, 1).type === '(') return parseCall(reader);
  return parsePath(reader);
}

function parseCall(reader: Reader): CallNode {
  const name = expect(reader, 'word').text;
  open(reader, 'calls');
  const operands = parseList(reader, parseOperand);
  expect(reader, ')');
  reader.calls--;
  return { kind: 'call', name, operands };
}

/** element {, element} */
export function parseList<T>(reader: Reader, element: (reader: Reader) => T): T[] {
  const list = [element(reader)];
  while (accept(reader, ',')) list.push(element(reader));
  return list;
}

/** value := operand [ (+ | -) operand ], in parentheses or not */
export function parseSum(reader: Reader): OperandNode | SumNode {
  const left = isNext(reader, '(') ? parseGroup(reader) : parseOperand(reader);
  if (left.kind === 'sum') return left;
  const sign = accept(reader, '+') ?? accept(reader, '-');
  if (!sign) return left;
  return { kind: 'sum', operator: sign.text as '+' | '-', left, right: parseOperand(reader) };
}

function parseGroup(reader: Reader): OperandNode | SumNode {
  open(reader);
  return close(reader, parseSum(reader));
}

/** Ends reading; anything left over is a syntax error. */
export function parseEnd(reader: Reader): void {
  if (!isNext(reader, 'end')) stop(reader);
}
