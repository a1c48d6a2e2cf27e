#!/usr/bin/env node
/* Plain old JavaScript on purpose: it has to parse on every Node that someone might start it with. */
'use strict';

var path = require('path');
var nodeModule = require('module');
var url = require('url');

var version = process.versions.node.split('.').map(Number);
var isTooOld = version[0] < 22 || (version[0] === 22 && version[1] < 18);

/* Whether npx finds this package from here: by node_modules upwards, as Node itself looks. */
function isDependency() {
  var fs = require('fs');
  for (var folder = process.cwd(); ; folder = path.dirname(folder)) {
    if (fs.existsSync(path.join(folder, 'node_modules', 'upkeep', 'package.json'))) return true;
    if (path.dirname(folder) === folder) return false;
  }
}

if (isTooOld) {
  process.stderr.write(
    'upkeep needs Node 22.18 or later and this is ' +
      process.versions.node +
      (isDependency()
        ? ': run `npx -p node@24 agent run`, or put Node 24 beside it once with `npm i -D node@24`.\n'
        : ': run `npx -p node@24 -p upkeep agent run`.\n'),
  );
  process.exitCode = 2;
} else {
  if (nodeModule.enableCompileCache) nodeModule.enableCompileCache();
  var main = path.join(__dirname, '..', 'dist', 'cli', 'entry.js');
  import(url.pathToFileURL(main).href).catch(function (error) {
    if (error && error.code === 'ERR_MODULE_NOT_FOUND' && !require('fs').existsSync(main)) {
      process.stderr.write('upkeep is not built: ' + main + ' is missing. Run `npm run build` in its folder.\n');
      process.exitCode = 2;
      return;
    }
    throw error;
  });
}
