/** Faults in Python and Go, on machines that have their tools. */
import { FIXED, append, replace } from '../fault.ts';
import type { Seeding } from '../fault.ts';

export const pythonModule: Seeding = {
  scaffold: 'python-module',
  needs: ['pytest'],
  faults: [
    {
      what: 'a test that fails',
      change: { 'tests/test_prices.py': replace('== 250', '== 251') },
      agent: 'qa',
      check: 'python-tests',
      rule: 'test-failed',
      path: 'tests/test_prices.py',
      at: 'def test_cents',
    },
    {
      what: 'a test that needs what was renamed',
      change: { 'tests/test_euros.py': 'from prices import euros\n\n\ndef test_euros() -> None:\n    assert euros(250) == 2.5\n' },
      agent: 'qa',
      check: 'python-tests',
      rule: 'test-failed',
      path: 'tests/test_euros.py',
      at: null,
    },
  ],
};

export const goModule: Seeding = {
  scaffold: 'go-module',
  needs: ['go', 'gofmt'],
  faults: [
    {
      what: 'a test that fails',
      change: { 'prices_test.go': replace('!= 250', '!= 251') },
      agent: 'qa',
      check: 'go-tests',
      rule: 'test-failed',
      path: 'prices_test.go',
      at: 't.Fatal',
    },
    {
      what: 'a verb of a format that does not fit',
      change: {
        'show.go':
          'package prices\n\nimport "fmt"\n\n// Show tells cents.\nfunc Show(cents int) string {\n\treturn fmt.Sprintf("%s", cents)\n}\n',
      },
      agent: 'backend',
      check: 'go-vet',
      rule: 'vet',
      path: 'show.go',
      at: 'Sprintf',
    },
    {
      what: 'a file that is not formatted',
      change: { 'prices.go': append('\n// Free says whether nothing is asked.\nfunc Free(cents int) bool { return cents==0 }\n') },
      agent: 'backend',
      check: 'go-format',
      rule: 'unformatted',
      path: 'prices.go',
      at: FIXED,
    },
  ],
};
