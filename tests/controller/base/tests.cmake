balancer_test(controller/base/tst_base LABEL unit LIBRARIES Balancer::Base)
