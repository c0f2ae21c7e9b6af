# Balancer::MemoryStore: a store for tests of what stands above it.
add_library(BalancerMemoryStore STATIC support/memory_store.cpp)
target_include_directories(BalancerMemoryStore PUBLIC ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(BalancerMemoryStore PUBLIC Balancer::Ports PRIVATE Balancer::CompileSettings)
add_library(Balancer::MemoryStore ALIAS BalancerMemoryStore)

# Balancer::StoreContract: what every store promises, for each to be tested against.
add_library(BalancerStoreContract STATIC support/store_contract.cpp support/store_contract.h)
set_target_properties(BalancerStoreContract PROPERTIES AUTOMOC ON)
target_include_directories(BalancerStoreContract PUBLIC ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(BalancerStoreContract PUBLIC Balancer::Ports Qt6::Test PRIVATE Balancer::CompileSettings)
add_library(Balancer::StoreContract ALIAS BalancerStoreContract)

balancer_test(controller/adapters/sqlite/tst_memory_store LABEL contract
    LIBRARIES Balancer::MemoryStore Balancer::StoreContract)
balancer_test(controller/adapters/sqlite/tst_sqlite_store LABEL contract
    LIBRARIES Balancer::SqliteStore Balancer::StoreContract Balancer::Wire)
balancer_test(controller/adapters/sqlite/tst_schema LABEL contract
    LIBRARIES Balancer::SqliteStore)
balancer_test(controller/adapters/sqlite/tst_secret_box LABEL contract
    LIBRARIES Balancer::SqliteStore)
balancer_test(controller/adapters/sqlite/tst_undo LABEL unit
    LIBRARIES Balancer::SqliteStore nlohmann_json::nlohmann_json)
