@description('Name of the alert rule.')
@minLength(1)
@maxLength(260)
param name string

@description('Name of the group of people it is sent to.')
@minLength(1)
@maxLength(260)
param groupName string

@description('Tags of both.')
param tags { *: string }

@description('System topic whose deliveries are watched.')
@minLength(3)
@maxLength(50)
param topicName string

@description('Addresses to warn beside the owners of the subscription.')
@maxLength(20)
param emails string[]

var owner = '8e3af657-a8ff-443c-a75c-2fe8c4bcb635'

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = {
  name: topicName
}

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: groupName
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'frames'
    armRoleReceivers: [
      {
        name: 'owners'
        roleId: owner
        useCommonAlertSchema: true
      }
    ]
    emailReceivers: [
      for email in emails: {
        name: email
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

// Where the app's key for events was made anew, each event is answered 401 and dropped for good, and
// no emoji comes any more: infra/subscribe.sh mends it. A cold start drops one or two.
resource droppedEvents 'Microsoft.Insights/metricAlerts@2026-01-01' = {
  name: name
  location: 'global'
  tags: tags
  properties: {
    description: 'Events of frames are dropped: no emoji comes. Run infra/subscribe.sh (docs/deploy.md).'
    enabled: true
    severity: 1
    scopes: [topic.id]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'dropped'
          metricNamespace: 'Microsoft.EventGrid/systemTopics'
          metricName: 'DroppedEventCount'
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 5
        }
      ]
    }
    autoMitigate: true
    actions: [
      {
        actionGroupId: people.id
      }
    ]
  }
}
