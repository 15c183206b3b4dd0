#include "app/application.h"

int main(int argc, char** argv) { return headlight::runApplication(argc, argv); }
