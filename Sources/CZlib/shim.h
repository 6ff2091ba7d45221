#include <string.h>
#include <zlib.h>

// These are macros, which Swift does not see.

static inline int lectern_deflate_begin(z_stream *stream) {
    return deflateInit2(stream, Z_BEST_COMPRESSION, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
}

static inline int lectern_inflate_begin(z_stream *stream) { return inflateInit2(stream, -15); }
