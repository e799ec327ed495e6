import { bug, type Collection, type Range } from '../kernel/index.ts';
import type { Order } from './ranges.ts';
import type { Table } from './table.ts';

interface Declared {
  readonly table: Table;
  readonly orders: ReadonlyMap<string | undefined, Order>;
}

/** The declared collections by name, each with its table and orders. */
export class Collections {
  readonly #declared = new Map<string, Declared>();

  add(spec: Collection<never>, table: Table): void {
    const key = table.shape.key;
    const orders = new Map<string | undefined, Order>([
      [undefined, { name: undefined, columns: key, required: [], texts: new Map() }],
    ]);
    for (const index of spec.indexes ?? []) {
      const fields = index.fields as readonly string[];
      const required = indexConditions(fields, key);
      orders.set(index.name, {
        name: indexName(spec.name, index.name),
        columns: [...fields, ...key],
        required,
        texts: new Map(),
      });
    }
    this.#declared.set(spec.name, { table, orders });
  }

  table<D>(of: Collection<D>): Table {
    return this.#find(of).table;
  }

  order<D>(of: Collection<D>, range: Range): Order {
    const order = this.#find(of).orders.get(range.index);
    if (!order) throw bug(`${of.name} has no index ${range.index}`);
    return order;
  }

  tables(): Table[] {
    return [...this.#declared.values()].map((declared) => declared.table);
  }

  #find<D>(of: Collection<D>): Declared {
    const declared = this.#declared.get(of.name);
    if (!declared) throw bug(`collection ${of.name} was not declared when the store opened`);
    return declared;
  }
}

/** What SQLite calls an index. */
export function indexName(collection: string, index: string): string {
  return `i.${collection}.${index}`;
}

/** Fields that a document may lack, and is then not in the index. A key field is always there: SQLite drops the condition, and then finds no use for an index that has it. */
export function indexConditions(fields: readonly string[], key: readonly string[]): string[] {
  return fields.filter((field) => !key.includes(field));
}
