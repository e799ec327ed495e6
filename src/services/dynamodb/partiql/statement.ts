import type { Condition, Projection, UpdateAction } from '../expressions/compiled.ts';
import type { Item } from '../values/item.ts';

/** A PartiQL statement with its parameters filled in. table is a name or an ARN, as it was written. */
export type Statement = Select | Insert | Update | Delete;

export interface Select {
  readonly kind: 'select';
  readonly table: string;
  readonly index?: string;
  /** Undefined: everything. */
  readonly projection?: Projection;
  readonly where?: Condition;
  readonly order?: { readonly name: string; readonly descending: boolean };
  /** `EXISTS(SELECT …)`: the condition of a transaction. */
  readonly exists: boolean;
}

export interface Insert {
  readonly kind: 'insert';
  readonly table: string;
  readonly item: Item;
}

export interface Update {
  readonly kind: 'update';
  readonly table: string;
  readonly actions: readonly UpdateAction[];
  readonly where: Condition;
  readonly returning?: Returning;
}

export interface Delete {
  readonly kind: 'delete';
  readonly table: string;
  readonly where: Condition;
  readonly returning?: Returning;
}

/** In the words of ReturnValues. */
export type Returning = 'ALL_OLD' | 'ALL_NEW' | 'UPDATED_OLD' | 'UPDATED_NEW';
