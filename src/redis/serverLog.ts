/** Where the embedded server and its installer tell what they do. A pino logger is one. */
export interface ServerLog {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}
