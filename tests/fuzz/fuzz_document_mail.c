#include "document_target.h"

DOCUMENT_TARGET(document_mail(&d, bytes, VG_STR("x"), NULL))
