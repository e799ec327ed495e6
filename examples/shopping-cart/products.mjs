/** What the shop sells; prices in cents, hues of their pictures in degrees. */
export const products = {
  beans: { title: 'Espresso beans', price: 2190, hue: 28 },
  mug: { title: 'Stoneware mug', price: 1450, hue: 205 },
  kettle: { title: 'Swan-neck kettle', price: 5900, hue: 262 },
  cake: { title: 'Lemon cake', price: 890, hue: 52 },
  bread: { title: 'Rye bread', price: 540, hue: 14 },
  flowers: { title: 'Field flowers', price: 1200, hue: 330 },
};
