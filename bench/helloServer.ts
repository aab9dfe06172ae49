import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import express from 'express';

/**
 * The least that an Apollo server on Express can be, for comparison: one field, no token, no limit,
 * no store. Body parser and integration are the hub's.
 */
async function main(): Promise<void> {
  const server = new ApolloServer({
    typeDefs: 'type Query { hello: String! } type Mutation { hello(name: String!): String! }',
    resolvers: {
      Query: { hello: () => 'world' },
      Mutation: { hello: (_: unknown, { name }: { name: string }) => name },
    },
    stopOnTerminationSignals: false,
  });
  await server.start();
  const app = express();
  app.use('/graphql', express.json(), expressMiddleware(server));
  const http = createServer(app);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  console.log(JSON.stringify({ url: `http://127.0.0.1:${port}` }));
  process.once('SIGTERM', () => {
    http.close();
    http.closeAllConnections();
  });
}

void main();
