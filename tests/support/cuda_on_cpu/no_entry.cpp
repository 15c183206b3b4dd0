// A library that has nothing to do with Headlight.
extern "C" int headlight_nothing() {
    return 0;
}
