import type { WriteLog } from '../model/index.ts';
import { type ApiCall, contextValue } from './http-api-call.ts';

/** Writes the line of a request's access log, where its stage has one. What there is nothing to tell of is `-`. */
export function logAccess(writeLog: WriteLog | undefined, call: ApiCall): void {
  const { accessLog, name } = call.stage;
  if (!accessLog || !writeLog) return;
  const { account, region, id } = call.api;
  const text = accessLog.format.replace(/\$context\.([A-Za-z][\w.-]*[\w-]|[A-Za-z])/g, (_, variable: string) =>
    oneLine(contextValue(call, variable) ?? '-'),
  );
  writeLog({ account, region, group: accessLog.group, stream: `${id}/${name}` }, [{ time: call.exchange.now, text }]);
}

/** Clients write into some variables: no line may be forged, no JSON string be left. */
function oneLine(value: string): string {
  return value.replace(/[\x00-\x1f\x7f"\\]/g, (sign) => (sign === '"' || sign === '\\' ? `\\${sign}` : ' '));
}
