#include <curl/curl.h>

// Swift cannot call functions with a variable number of arguments.

static inline CURLcode lectern_curl_set_text(CURL *curl, CURLoption option, const char *value) {
    return curl_easy_setopt(curl, option, value);
}

static inline CURLcode lectern_curl_set_number(CURL *curl, CURLoption option, long value) {
    return curl_easy_setopt(curl, option, value);
}

static inline CURLcode lectern_curl_set_list(CURL *curl, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(curl, option, value);
}

static inline CURLcode lectern_curl_set_mime(CURL *curl, curl_mime *value) {
    return curl_easy_setopt(curl, CURLOPT_MIMEPOST, value);
}

static inline long lectern_curl_response_code(CURL *curl) {
    long code = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
    return code;
}
