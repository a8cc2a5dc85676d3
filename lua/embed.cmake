# cmake -DOUT=embedded.c "-DFILES=a.lua;b.lua" -P embed.cmake: Lua sources as C arrays (lua/embedded.h).
set(arrays "")
set(rows "")
foreach(file IN LISTS FILES)
    get_filename_component(word ${file} NAME_WE)
    file(READ ${file} hex HEX)
    string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
    string(APPEND arrays "static const unsigned char ${word}_text[] = {\n${hex}};\n")
    string(APPEND rows "    {\"finlab.${word}\", ${word}_text, sizeof ${word}_text},\n")
endforeach()
file(WRITE ${OUT}
     "#include \"lua/embedded.h\"\n${arrays}const fl_embedded fl_embedded_modules[] = {\n${rows}    {NULL, NULL, 0}};\n")
