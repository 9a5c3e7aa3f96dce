#ifndef VG_BASE_LIBRARY_H
#define VG_BASE_LIBRARY_H
/*
 * Large shared libraries that few commands need are loaded when one of their functions is first called: the program
 * starts in a third of the time. Their functions are listed in base/lazy/NAME.symbols, of which scripts/lazy.sh makes a
 * small piece of code each that finds the real one; one that is not listed fails to link. Data of such a library
 * (xmlFree, gnutls_free) cannot be reached so. A library that is not there ends the program, status 127, as the dynamic
 * loader does. Any thread may call. On other processors than x86-64 the libraries are linked as usual.
 */

/* Those that parse what comes from outside, to be added up. */
enum { VG_LIBTSK = 1, VG_LIBYARA = 2, VG_LIBMAGIC = 4, VG_LIBARCHIVE = 8, VG_LIBXML2 = 16 };

/* Loads these at once, for a process that will not be allowed to open files afterwards. */
void vg_library_load(unsigned libraries);

#endif
