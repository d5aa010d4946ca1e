# Compiled into each backend whose objects live in a server process.
set(SERVER_SOURCES)
foreach(part cells channel_cells codec connections framing machine poll remote
    sync_cells)
  list(APPEND SERVER_SOURCES ${CMAKE_SOURCE_DIR}/plugins/server/${part}.cpp)
endforeach()

# For those whose streams are the kernel's.
set(KERNEL_STREAM_SOURCES ${CMAKE_SOURCE_DIR}/plugins/server/frames.cpp
  ${CMAKE_SOURCE_DIR}/plugins/server/kernel_streams.cpp)
