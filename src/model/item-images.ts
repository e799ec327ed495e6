/** An item's attributes in DynamoDB JSON: binary values are base64 text. */
export type ItemImage = Readonly<Record<string, ImageValue>>;
export type ImageValue = Readonly<Record<string, unknown>>;

/** The item of an image, binary values as bytes; the image itself when it has none. */
export function itemOf(image: ItemImage): ItemImage {
  return someBinary(image) ? decoded(image) : image;
}

function someBinary(attributes: ItemImage): boolean {
  for (const name in attributes) if (isBinary(attributes[name]!)) return true;
  return false;
}

function isBinary(value: ImageValue): boolean {
  if (value.S !== undefined || value.N !== undefined) return false;
  if (value.M !== undefined) return someBinary(value.M as ItemImage);
  if (value.L !== undefined) return (value.L as readonly ImageValue[]).some(isBinary);
  return value.B !== undefined || value.BS !== undefined;
}

// Not by assignment: an attribute may be called __proto__.
function decoded(attributes: ItemImage): ItemImage {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, decodedValue(value)]));
}

function decodedValue(value: ImageValue): ImageValue {
  if (value.B !== undefined) return { B: bytes(value.B) };
  if (value.BS !== undefined) return { BS: (value.BS as readonly unknown[]).map(bytes) };
  if (value.M !== undefined) return { M: decoded(value.M as ItemImage) };
  return value.L === undefined ? value : { L: (value.L as readonly ImageValue[]).map(decodedValue) };
}

const bytes = (text: unknown) => Buffer.from(text as string, 'base64');
