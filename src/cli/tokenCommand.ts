import { Command, InvalidArgumentError } from 'commander';
import { maximumTokenLifetimeSeconds } from '../auth/apiToken';
import { apiTokenSource } from '../auth/apiTokenSource';
import { scopes, type Scope } from '../auth/principal';
import { signApiToken } from '../auth/signApiToken';
import { CommandFailure, configOf, print, say, type CommandLine } from './commandLine';
import { tenantOption } from './options';

interface TokenOptions {
  tenant: string;
  subject: string;
  scope: Scope[];
  expires: number;
}

/** Twelve hours, in seconds. */
const DEFAULT_LIFETIME_SECONDS = 43_200;

/** `hub token`: sign an API token with the secret the hub verifies with. */
export function tokenCommand(line: CommandLine): Command {
  return new Command('token')
    .description('sign an API token with AUTH_SECRET, or else with the development secret')
    .addOption(tenantOption())
    .option('--subject <name>', 'who calls', parseSubject, 'command-line')
    .option('--scope <scopes>', `of ${scopes.join(', ')}; several in quotes`, parseScopes, [
      'inventory:admin',
    ])
    .option(
      '--expires <time>',
      'such as 90s, 30m, 12h, 7d',
      parseLifetime,
      DEFAULT_LIFETIME_SECONDS,
    )
    .action(async ({ tenant, subject, scope, expires }: TokenOptions) => {
      const config = configOf(line);
      const secret = await signingSecret(config);
      const token = await signApiToken(secret, {
        tenantId: tenant,
        subject,
        scopes: scope,
        issuer: config.authIssuer,
        audience: config.authAudience,
        expiresInSeconds: expires,
      });
      const end = new Date(Date.now() + expires * 1000).toISOString();
      say(line, `${subject} may ${scope.join(' ')} for tenant ${tenant} until ${end}:`);
      print(line, token);
    });
}

async function signingSecret(config: Parameters<typeof apiTokenSource>[0]): Promise<string> {
  const source = await apiTokenSource(config);
  if (source === undefined) {
    throw new CommandFailure('AUTH_SECRET is not set: in production there is no other secret.');
  }
  if (!('secret' in source)) {
    throw new CommandFailure(
      'The hub verifies with public keys: tokens come from whoever has the private key.',
    );
  }
  return source.secret;
}

function parseSubject(text: string): string {
  if (!/^[^\p{Cc}\p{Cs}]{1,128}$/u.test(text)) {
    throw new InvalidArgumentError('It must have 1 to 128 characters.');
  }
  return text;
}

function parseScopes(text: string): Scope[] {
  return text
    .trim()
    .split(/[\s,]+/)
    .map((word) => {
      const scope = scopes.find((known) => known === word);
      if (scope === undefined)
        throw new InvalidArgumentError(`It must be of ${scopes.join(', ')}.`);
      return scope;
    });
}

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 };

function parseLifetime(text: string): number {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const seconds = Number(count) * SECONDS[unit as keyof typeof SECONDS];
  if (!(seconds >= 1 && seconds <= maximumTokenLifetimeSeconds)) {
    throw new InvalidArgumentError('It must be such as 90s, 30m, 12h or 7d; at most 366d.');
  }
  return seconds;
}
