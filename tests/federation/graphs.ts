/**
 * The supergraphs over which generated operations run. Together they use every federation directive that changes what a
 * gateway does, and the cases where shapes are hard: nested lists, every mix of nullability, fields of one name with
 * different types, unions of entities and values.
 */
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
  "@key", "@requires", "@provides", "@external", "@shareable", "@override", "@inaccessible", "@interfaceObject", "@tag"
])\n`;

export type SubgraphTexts = Readonly<Record<string, string>>;

/** Keys of several fields, several keys, requirements with arguments and across subgraphs, provided fields. */
const shop: SubgraphTexts = {
  products: `
    type Query { product(n: Int = 1): Product products(first: Int): [Product!]! search(text: String!): [Hit] node(id: ID!): Node }
    type Mutation { rename(n: Int!, name: String): Product archive(n: Int!): Product! }
    interface Node { id: ID! }
    union Hit = Product | Brand | Note
    type Product implements Node @key(fields: "id") @key(fields: "sku brand { id }") {
      id: ID! sku: String! brand: Brand! name: String price(currency: Currency = EUR): Int weight: Float! tags: [String!]
      dimensions: Dimensions related(first: Int): [Product] kind: Kind! secret: String @inaccessible
    }
    type Dimensions @shareable { width(unit: Unit = CM): Int! height: Int }
    type Brand implements Node @key(fields: "id") { id: ID! label: String! products: [Product!] }
    type Note { text: String author: User }
    type User @key(fields: "id", resolvable: false) { id: ID! }
    enum Kind { BOOK FILM HIDDEN @inaccessible }
    enum Currency { EUR USD }
    enum Unit { CM INCH }
  `,
  stock: `
    type Query { warehouses: [[Warehouse]!] }
    type Product @key(fields: "id") {
      id: ID! weight: Float! @external price(currency: Currency = EUR): Int @external
      dimensions: Dimensions @external
      shipping(express: Boolean): String @requires(fields: "weight price(currency: USD) dimensions { width(unit: INCH) height }")
      customs: String @requires(fields: "price(currency: EUR) dimensions { width(unit: CM) }") listed: String @requires(fields: "price")
      inStock: Boolean! grid: [[Slot]] warehouse: Warehouse
    }
    type Dimensions @shareable { width(unit: Unit = CM): Int! height: Int }
    type Slot { label: String! product: Product count: Int }
    type Warehouse @key(fields: "code") { code: String! city: String! products: [Product!]! }
    enum Currency { EUR USD }
    enum Unit { CM INCH }
  `,
  reviews: `
    type Query { reviews(first: Int = 3): [Review!] }
    type Product @key(fields: "sku brand { id }") {
      sku: String! brand: Brand! name: String @external tags: [String!] @external
      reviews(first: Int): [Review!]! summary: String @requires(fields: "name tags")
    }
    type Brand @key(fields: "id") { id: ID! reviewCount: Int! }
    type Review @key(fields: "id") { id: ID! body: String stars: Int! product: Product author: User @provides(fields: "handle") meta: JSON }
    type User @key(fields: "id") { id: ID! handle: String @external reviews: [Review!] karma: Int! }
    scalar JSON
  `,
  accounts: `
    type Query { me: User! users: [User] }
    type User @key(fields: "id") @key(fields: "email") { id: ID! email: String! handle: String @shareable name: String! friends(first: Int): [User!] }
  `,
};

/** Interface objects, overridden and shared fields, chains of keys, value types that several subgraphs share. */
const library: SubgraphTexts = {
  catalogue: `
    type Query { media: [Media!]! medium(n: Int): Media shelf: Shelf! any: [Thing!] }
    interface Media @key(fields: "id") { id: ID! title: String! pages: Int }
    type Book implements Media @key(fields: "id") { id: ID! title: String! pages: Int isbn: String! writer: Person next: Media }
    type Film implements Media @key(fields: "id") { id: ID! title: String! pages: Int length: Int! cast: [Person!] studio: Studio! }
    union Thing = Book | Film | Shelf
    type Shelf @key(fields: "id") { id: ID! place: Place @shareable items: [[Media!]!]! featured: Media open: Boolean old: String }
    type Place @shareable { room: String! level: Int }
    type Person @key(fields: "id") { id: ID! name: String }
    type Studio @key(fields: "id") { id: ID! code: String! @shareable }
  `,
  ratings: `
    type Query { best: Media ranked: [Media] }
    type Media @key(fields: "id") @interfaceObject { id: ID! stars: Float votes(min: Int = 0): Int! comments: [Comment!]! pages: Int @external thick: String @requires(fields: "pages") }
    type Comment { text: String! by: Person about: Media! replies: [[Comment]] }
    type Person @key(fields: "id") { id: ID! rank: Int }
  `,
  places: `
    type Query { shelves: [Shelf!] }
    type Shelf @key(fields: "id") { id: ID! place: Place @shareable old: String @override(from: "catalogue") label: String! }
    type Place @shareable { room: String! level: Int }
    type Person @key(fields: "id") { id: ID! home: Place! visited: [Place] }
  `,
  studios: `
    type Studio @key(fields: "id") { id: ID! code: String! @shareable }
    type Query { studio: Studio }
  `,
  taxes: `
    type Studio @key(fields: "code") { code: String! vat: String! owner: Owner }
    type Owner @key(fields: "vatId") { vatId: ID! share: Float! }
  `,
  registry: `
    type Owner @key(fields: "vatId") { vatId: ID! legal: String! person: Person }
    type Person @key(fields: "id", resolvable: false) { id: ID! }
  `,
};

/** One name with many types below a union, values behind interfaces, nullability in every mix. */
const mixture: SubgraphTexts = {
  shapes: `
    type Query { shape: Shape shapes: [Shape!]! sharp: [[Figure!]!]! nothing: Circle box(n: Int!): Box! }
    type Mutation { draw(n: Int = 2): Shape paint(color: Color!): Box }
    union Shape = Circle | Square | Box
    interface Figure { name: String! area: Float twin: Figure }
    type Circle implements Figure @key(fields: "id") { id: ID! name: String! area: Float twin: Figure size: Int! inner: Box }
    type Square implements Figure @key(fields: "id") { id: ID! name: String! area: Float twin: Figure size: [Int!]! inner: [Box!] }
    type Box @key(fields: "a { b } id") { id: ID! a: Pair! size: Size inner: Pair color: Color deep: [[[Pair!]]!] }
    type Pair @shareable { b: String! c: Int }
    type Size @shareable { x: Int! y: Int! }
    enum Color { RED GREEN }
  `,
  colors: `
    type Circle @key(fields: "id") { id: ID! hue: Color! partner: Shape }
    type Square @key(fields: "id") { id: ID! hue: String partner: Square! area: Float @external corner: String! @requires(fields: "area") }
    type Box @key(fields: "a { b } id") { id: ID! a: Pair! filled: Boolean! lid: Box contents: [Shape] }
    union Shape = Circle | Square | Box
    type Pair @shareable { b: String! c: Int }
    enum Color { RED GREEN }
    type Query { palette: [Color!]! circles: [Circle!] }
  `,
};

export const graphTexts = { shop, library, mixture } as const;

/** Composes the subgraphs. Throws composition's errors. */
export const compose = (texts: SubgraphTexts): string => {
  const { supergraphSdl, errors } = composeServices(
    Object.entries(texts).map(([name, text]) => ({ name, url: `http://${name}`, typeDefs: parse(link + text) })),
  );
  if (supergraphSdl === undefined) throw new Error(String(errors));
  return supergraphSdl;
};
