// Deploys the shopping cart, again and again if you like; --remove takes it away.
import path from 'node:path';
import { deployApi, removeApi } from '../deploy/api.mjs';
import { bundled } from '../deploy/archive.mjs';
import { command } from '../deploy/command.mjs';
import { deployFunction, removeFunction } from '../deploy/function.mjs';
import { deployMapping, deployTable, readsStream, removeTable } from '../deploy/table.mjs';

const TABLE = 'shopping-cart';
const API = 'shopping-cart';
const code = (name) => bundled(path.join(import.meta.dirname, name));

async function deploy() {
  const { table, stream } = await deployTable(TABLE, ['cart', 'entry']);
  const make = (name, ...allowed) => deployFunction(name, { zip: code(name), allowed, environment: { TABLE } });
  const [add, , display] = await Promise.all([
    make('add-to-cart', { Action: 'dynamodb:UpdateItem', Resource: table }),
    make('cart-status', { Action: ['dynamodb:Query', 'dynamodb:UpdateItem'], Resource: table }, readsStream(stream)),
    make('display-cart', { Action: ['dynamodb:GetItem', 'dynamodb:Query'], Resource: table }),
  ]);
  // Items only: what cart-status writes itself must not wake it again.
  const filter = { dynamodb: { Keys: { entry: { S: [{ prefix: 'item#' }] } } } };
  await deployMapping(stream, 'cart-status', { filter, BatchSize: 100, ParallelizationFactor: 4 });
  const url = await deployApi(API, {
    'GET /': display,
    'GET /cart/{id}': display,
    'POST /cart/{id}/items': add,
  });
  return `The shop is open: ${url}/`;
}

async function remove() {
  await removeApi(API);
  for (const name of ['add-to-cart', 'cart-status', 'display-cart']) await removeFunction(name);
  await removeTable(TABLE);
}

await command({ deploy, remove });
