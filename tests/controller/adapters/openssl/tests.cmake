# Balancer::TestCertificates: keys and certificates of every kind, made on the spot.
add_library(BalancerTestCertificates STATIC support/certificates.cpp)
target_include_directories(BalancerTestCertificates PUBLIC ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(BalancerTestCertificates PRIVATE Balancer::CompileSettings OpenSSL::Crypto)
add_library(Balancer::TestCertificates ALIAS BalancerTestCertificates)

balancer_test(controller/adapters/openssl/tst_certificate_examiner LABEL unit
    LIBRARIES Balancer::OpenSslAdapter Balancer::TestCertificates)
