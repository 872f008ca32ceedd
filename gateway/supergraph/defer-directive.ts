/** `@defer` as clients see it. Composition does not know the directive: only the gateway delivers results in parts. */
import {
  DirectiveLocation,
  GraphQLBoolean,
  GraphQLDirective,
  GraphQLNonNull,
  GraphQLSchema,
  GraphQLString,
} from 'graphql';

const deferDirective = new GraphQLDirective({
  name: 'defer',
  description:
    'The fragment may be delivered later than the rest, to clients that accept multipart/mixed with incrementalSpec=v0.2 or deferSpec=20220824. Everybody else gets the whole result at once.',
  locations: [DirectiveLocation.FRAGMENT_SPREAD, DirectiveLocation.INLINE_FRAGMENT],
  args: {
    if: { type: new GraphQLNonNull(GraphQLBoolean), defaultValue: true, description: 'False: nothing is deferred.' },
    label: { type: GraphQLString, description: 'Returned with the part, to distinguish it from others. A literal.' },
  },
});

/** The schema with the directive, unless it already has one of that name. */
export const withDeferDirective = (schema: GraphQLSchema): GraphQLSchema => {
  if (schema.getDirective(deferDirective.name)) return schema;
  const config = schema.toConfig();
  return new GraphQLSchema({ ...config, directives: [...config.directives, deferDirective] });
};
