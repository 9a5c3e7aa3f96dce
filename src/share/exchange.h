#ifndef VG_SHARE_EXCHANGE_H
#define VG_SHARE_EXCHANGE_H
/* The extension definition that questions and answers carry. */
#define EXCHANGE_EXTENSION "extension-definition--4f3a6c10-58d2-4b8e-9c63-2d7a1f0be9c4"
#endif
