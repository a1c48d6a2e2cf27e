import { expect, it } from 'vitest';
import { asDatabaseError, describeTarget } from '../../prisma/connection-error.ts';

const URL = 'postgres://ann:s3cret@db.example:5433/upkeep?sslmode=require';
const said = (code: string, message = 'its words'): Error => Object.assign(new Error(message), { code });

it.each([
  ['nobody listens', said('ECONNREFUSED'), 'unreachable'],
  [
    'each address of a host refuses',
    Object.assign(new AggregateError([said('ECONNREFUSED'), said('ENETUNREACH')]), { code: 'ECONNREFUSED' }),
    'unreachable',
  ],
  ['no name', said('ENOTFOUND'), 'unreachable'],
  ['the connection broke', new Error('Connection terminated unexpectedly'), 'unreachable'],
  ['it does not answer in time', new Error('timeout expired'), 'unreachable'],
  ['it starts', said('57P03'), 'unreachable'],
  ['it has too many clients', said('53300'), 'unreachable'],
  ['a wrong password', said('28P01'), 'access-denied'],
  ['a certificate of nobody', said('SELF_SIGNED_CERT_IN_CHAIN'), 'access-denied'],
  ['no such database', said('3D000'), 'no-such-database'],
  ['a standby', said('25006'), 'read-only'],
  ['a user without rights', said('42501'), 'no-rights'],
  ['a full disk', said('53100'), 'disk-full'],
  ['no memory', said('53200'), 'disk-full'],
])('says what a driver means by: %s', (_what, error, code) => {
  const told = asDatabaseError(error, URL) as Error;
  expect(told).toMatchObject({ name: 'DatabaseError', code, cause: error });
  expect(told.message).toMatch(/db\.example:5433, database upkeep.* It said: \S/);
  expect(told.message).not.toContain('s3cret');
});

it('leaves alone what says nothing about the connection', () => {
  const error = said('23505');
  expect(asDatabaseError(error, URL)).toBe(error);
  expect(describeTarget('postgresql://upkeep@/upkeep?host=%2Frun%2Fx')).toBe('/run/x, database upkeep');
});
