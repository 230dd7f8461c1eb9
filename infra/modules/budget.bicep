@description('Name of the budget.')
@minLength(1)
@maxLength(63)
param name string

@description('Costs a month, in the currency of the subscription, that the budget warns at.')
@minValue(1)
@maxValue(100000)
param amount int

@description('First day of the month it starts in. Azure refuses to change it later.')
@minLength(10)
@maxLength(40)
param startDate string

@description('Addresses to warn beside the owners of the subscription.')
@maxLength(20)
param emails string[]

// It warns, it does not stop anything: docs/deploy.md says how to turn the deployment off.
resource budget 'Microsoft.Consumption/budgets@2026-06-01' = {
  name: name
  properties: {
    category: 'Cost'
    amount: amount
    timeGrain: 'Monthly'
    timePeriod: {
      startDate: startDate
    }
    notifications: {
      expectedToExceed: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 100
        thresholdType: 'Forecasted'
        contactRoles: ['Owner']
        contactEmails: emails
      }
      halfSpent: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 50
        thresholdType: 'Actual'
        contactRoles: ['Owner']
        contactEmails: emails
      }
      spent: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 100
        thresholdType: 'Actual'
        contactRoles: ['Owner']
        contactEmails: emails
      }
    }
  }
}
