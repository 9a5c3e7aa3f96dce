#include "server/server_internal.h"

#include <string.h>

extern const char web_css[], web_js[], web_htmx[], web_font[], web_icon[];
extern const unsigned web_css_size, web_js_size, web_htmx_size, web_font_size, web_icon_size;

static struct asset assets[5];

void assets_init(void) {
  const struct asset all[] = {
      {"vigie.css", "text/css; charset=utf-8", web_css, web_css_size, ""},
      {"vigie.js", "text/javascript; charset=utf-8", web_js, web_js_size, ""},
      {"htmx.js", "text/javascript; charset=utf-8", web_htmx, web_htmx_size, ""},
      {"inter.woff2", "font/woff2", web_font, web_font_size, ""},
      {"vigie.svg", "image/svg+xml", web_icon, web_icon_size, ""},
  };
  _Static_assert(sizeof all == sizeof assets, "one line an asset");
  for (size_t i = 0; i < VG_COUNT(all); i++) {
    unsigned char hash[VG_SHA256_SIZE];
    assets[i] = all[i];
    vg_sha256(all[i].bytes, all[i].size, hash);
    vg_hex(assets[i].tag, hash, 8);
  }
}

const struct asset *asset_find(const char *name) {
  for (size_t i = 0; i < VG_COUNT(assets); i++)
    if (assets[i].name && !strcmp(assets[i].name, name))
      return &assets[i];
  return NULL;
}
