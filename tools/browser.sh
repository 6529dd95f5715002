#!/usr/bin/env bash
# Tests that look at pages use Chromium from the distribution. Where it cannot be had they are skipped and say so.
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || {
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    (apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core) >/dev/null 2>&1 \
      || echo "Chromium could not be installed; tests of pages in a browser will be skipped" >&2
  else
    echo "no Chromium here and not root; tests of pages in a browser will be skipped" >&2
  fi
}
exit 0
