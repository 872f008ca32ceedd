/** `@defer` as clients see it. Composition knows nothing of it: it is the gateway that gives an answer in parts. */
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
    'What the fragment selects may come later than the rest, to clients that accept multipart/mixed with incrementalSpec=v0.2 or deferSpec=20220824. Everybody else gets the whole answer at once.',
  locations: [DirectiveLocation.FRAGMENT_SPREAD, DirectiveLocation.INLINE_FRAGMENT],
  args: {
    if: { type: new GraphQLNonNull(GraphQLBoolean), defaultValue: true, description: 'False: nothing is deferred.' },
    label: { type: GraphQLString, description: 'Given back with the part, to tell it from others. A literal.' },
  },
});

/** The schema with the directive, unless it has one of that name. */
export const withDeferDirective = (schema: GraphQLSchema): GraphQLSchema => {
  if (schema.getDirective(deferDirective.name)) return schema;
  const config = schema.toConfig();
  return new GraphQLSchema({ ...config, directives: [...config.directives, deferDirective] });
};
