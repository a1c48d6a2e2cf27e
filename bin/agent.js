#!/usr/bin/env node
/* Plain old JavaScript on purpose: it has to parse on every Node that someone might start it with. */
'use strict';

var fs = require('fs');
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
  enableCompileCache();
  var main = path.join(__dirname, '..', 'dist', 'cli', 'entry.js');
  import(url.pathToFileURL(main).href).catch(function (error) {
    if (error && error.code === 'ERR_MODULE_NOT_FOUND' && !fs.existsSync(main)) {
      process.stderr.write('upkeep is not built: ' + main + ' is missing. Run `npm run build` in its folder.\n');
      process.exitCode = 2;
      return;
    }
    throw error;
  });
}

/**
 * Node would keep compiled code in the temporary folder, where nobody removes it. We keep it beside the installation, so that
 * it goes with it, else in the user's folder for caches, else nowhere. NODE_COMPILE_CACHE has been obeyed before we begin.
 */
function enableCompileCache() {
  if (!nodeModule.enableCompileCache || nodeModule.getCompileCacheDir()) return;
  var folders = [path.join(modulesFolder(), '.cache', 'upkeep'), userCache()];
  for (var i = 0; i < folders.length; i += 1) {
    if (folders[i] === null || !canMake(folders[i])) continue;
    if (nodeModule.enableCompileCache(folders[i]).status !== nodeModule.constants.compileCacheStatus.FAILED) return;
  }
}

/** The node_modules that we are installed in; in our own repository the one that we have. */
function modulesFolder() {
  var installedIn = path.dirname(path.join(__dirname, '..'));
  return path.basename(installedIn) === 'node_modules' ? installedIn : path.join(__dirname, '..', 'node_modules');
}

function userCache() {
  var env = process.env;
  if (env.XDG_CACHE_HOME && path.isAbsolute(env.XDG_CACHE_HOME)) return path.join(env.XDG_CACHE_HOME, 'upkeep');
  if (process.platform === 'win32') return env.LOCALAPPDATA ? path.join(env.LOCALAPPDATA, 'upkeep', 'Cache') : null;
  var home = env.HOME || '';
  if (!path.isAbsolute(home)) return null;
  return path.join(home, process.platform === 'darwin' ? 'Library/Caches' : '.cache', 'upkeep');
}

/** Whether the folder is there and can be written, or can be made in one that can: Node says nothing when it cannot write. */
function canMake(folder) {
  for (var at = folder; ; at = path.dirname(at)) {
    try {
      fs.accessSync(at, fs.constants.W_OK);
      return fs.statSync(at).isDirectory();
    } catch (error) {
      if (error.code !== 'ENOENT' || path.dirname(at) === at) return false;
    }
  }
}
