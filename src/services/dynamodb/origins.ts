import type { Ids } from '../../kernel/index.ts';
import type { OperationContext } from '../../model/index.ts';
import type { Origin } from './change-item.ts';

/** Where the changes of one request come from: the first takes the id as it is, others number its end. */
export function originOf({ ids }: { readonly ids: Ids }, { now, cause }: OperationContext): (item?: number) => Origin {
  const id = ids.uuid().replaceAll('-', '');
  return (item = 0) => ({
    now,
    id: item === 0 ? id : id.slice(0, -4) + item.toString(16).padStart(4, '0'),
    ...(cause === undefined ? {} : { cause }),
  });
}
