// Items of carts have changed: count each of these carts anew.
import { DynamoDBClient, paginateQuery, UpdateItemCommand } from '@aws-sdk/client-dynamodb';

const client = new DynamoDBClient();
const TableName = process.env.TABLE;

export const handler = async ({ Records }) => {
  const carts = new Set(Records.map(({ dynamodb }) => dynamodb.Keys.cart.S));
  await Promise.all([...carts].map(count));
};

/**
 * From the items as they are now, not from the changes: so changes that come twice, or late, or out of order, do no harm. The version
 * is the sum of the items' revisions: of two counts that run at once, the one that saw less does not overwrite the other.
 */
async function count(cart) {
  const [pieces, amount, version] = await sums(cart);
  const update = new UpdateItemCommand({
    TableName,
    Key: { cart: { S: cart }, entry: { S: 'status' } },
    UpdateExpression: 'SET version = :version, pieces = :pieces, amount = :amount',
    ConditionExpression: 'attribute_not_exists(version) OR version < :version',
    ExpressionAttributeValues: { ':version': { N: `${version}` }, ':pieces': { N: `${pieces}` }, ':amount': { N: `${amount}` } },
  });
  try {
    await client.send(update);
    console.log(`cart ${cart}: ${pieces} pieces, ${amount} cents, version ${version}`);
  } catch (error) {
    if (error.name !== 'ConditionalCheckFailedException') throw error;
  }
}

async function sums(cart) {
  let [pieces, amount, version] = [0, 0, 0];
  const query = {
    TableName,
    ConsistentRead: true,
    KeyConditionExpression: 'cart = :cart AND begins_with(entry, :items)',
    ExpressionAttributeValues: { ':cart': { S: cart }, ':items': { S: 'item#' } },
  };
  for await (const { Items } of paginateQuery({ client }, query))
    for (const { quantity, price, revision } of Items) {
      pieces += Number(quantity.N);
      amount += Number(quantity.N) * Number(price.N);
      version += Number(revision.N);
    }
  return [pieces, amount, version];
}
