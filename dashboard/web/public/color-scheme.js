// Sets the colours before the first paint, so that a dark page never flashes white.
(function () {
  let wanted = null;
  try {
    wanted = localStorage.getItem('upkeep-color-scheme');
  } catch {
    // A browser that keeps nothing gets what its system says.
  }
  const dark = wanted === 'dark' || (wanted !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
