# What CI runs; a change that passes here passes there.
ready:
    .ci/run

# Rewrite every expected output, then read the difference like code.
bless:
    AICHECK_BLESS=1 cargo test
    git diff --stat
