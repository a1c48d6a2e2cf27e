import { describe, expect, it } from 'vitest';
import { apiAddress, repositoryNameOf, splitRepository } from '../../github/repository-name.ts';

describe('the repository that an address means', () => {
  it.each([
    ['https://github.com/acme/shop.git', 'github.com acme shop'],
    ['https://github.com/acme/shop', 'github.com acme shop'],
    ['https://github.com/acme/shop/', 'github.com acme shop'],
    ['https://x-access-token:abc@github.com/acme/shop.git', 'github.com acme shop'],
    ['git@github.com:acme/shop.git', 'github.com acme shop'],
    ['ssh://git@github.com/acme/shop.git', 'github.com acme shop'],
    ['ssh://git@ghe.acme.io:2222/acme/shop.git', 'ghe.acme.io acme shop'],
    ['https://GHE.acme.io:8443/acme/my.shop', 'ghe.acme.io acme my.shop'],
    ['github.com:acme/shop', 'github.com acme shop'],
    ['https://gitlab.com/group/sub/shop.git', null],
    ['https://github.com/acme', null],
    ['/srv/git/shop.git', null],
    ['../shop.git', null],
    ['file:///srv/git/acme/shop.git', null],
    ['https://github.com/acme/..', null],
    ['https://github.com/ac me/shop', null],
    ['', null],
  ])('%s: %s', (address, expected) => {
    const found = repositoryNameOf(address);
    expect(found === null ? null : `${found.host} ${found.owner} ${found.repo}`).toBe(expected);
  });

  it('is also named by owner and name', () => {
    expect(splitRepository('acme/shop', 'github.com')).toEqual({ host: 'github.com', owner: 'acme', repo: 'shop' });
    expect(splitRepository('acme/shop/more', 'github.com')).toBeNull();
    expect(splitRepository('acme', 'github.com')).toBeNull();
  });

  it('has its API at an address of its own', () => {
    expect(apiAddress('github.com')).toBe('https://api.github.com');
    expect(apiAddress('ghe.acme.io')).toBe('https://ghe.acme.io/api/v3');
  });
});
