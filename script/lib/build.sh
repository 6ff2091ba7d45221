# shellcheck shell=bash
# The release build of the product. The import check is an error because SwiftPM by itself lets an undeclared
# import through on incremental builds.

# shellcheck disable=SC2154,SC2034 # root comes from common.sh; the callers read these two
lectern_binary=$root/.build/release/lectern
build_command=(
    swift build --package-path "$root" -c release --product lectern
    # One program without libraries of Swift's to install, and faster by a seventh.
    --static-swift-stdlib
    --explicit-target-dependency-import-check error
)
